/** The code in a bank's message: six digits right after the word, as phones look for it. */
export function codeOf(text: string): string | undefined {
  return /(?:验证码|code)\D{0,6}(\d{6})(?!\d)/i.exec(text)?.[1];
}
