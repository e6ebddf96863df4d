import type { Page } from "playwright-core";
import type { DemoCard } from "#protocol/pan";
import { button, field, openForm, phone, shown } from "./stage.ts";

/** What a visitor does on "Break it", in his words. */

export async function toTab(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
}

/** One touch types a demo card; its code comes from the phone's messages. */
export async function takeDemoCard(page: Page, card: DemoCard): Promise<void> {
  await fillDemoCard(page, card);
  await shown(button(page, "发送验证码"));
  await verifyByMessage(page);
}

/** From the opened sheet to the bank's decision. */
export async function fillDemoCard(page: Page, card: DemoCard): Promise<void> {
  await openForm(page);
  await page.getByRole("button", { name: new RegExp(card.holderName) }).click();
  await button(page, "下一步").click();
  await button(page, "同意").click();
}

export async function verifyByMessage(page: Page): Promise<void> {
  await button(page, "发送验证码").click();
  await page.getByText("来自短信").click();
  await shown(page.getByText(/卡片已添加|设为默认卡？/));
  await page.getByRole("button", { name: /^(完成|暂不)$/ }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

export async function chargeQuick(page: Page): Promise<void> {
  await button(page, "收 ¥12.34").click();
  await shown(page.getByText("请将手机靠近"));
}

/** @param end of the cable whose other end is the bank */
export async function breakCable(page: Page, end: "转接网络" | "令牌服务方", harm: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`(${end}.*发卡银行|发卡银行.*${end}).*的连线`) }).click();
  await button(page, harm).click();
  await shown(page.getByText(/处已弄坏/));
}

export async function mendAll(page: Page): Promise<void> {
  await button(page, "全部复原").click();
  await shown(page.getByText("一切正常"));
}

/** The phone says who stopped the payment, who must act, and what to do. @returns the case code */
export async function phoneNamesTheBreak(page: Page): Promise<string> {
  const said = phone(page);
  await shown(said.getByText("没有完成付款"));
  await shown(said.getByText("由谁处理"));
  return codeOnPhone(page);
}

export async function codeOnPhone(page: Page): Promise<string> {
  const code = phone(page).getByText(/^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/);
  await shown(code);
  return (await code.first().textContent())!;
}

export async function openAgentCase(page: Page, caseCode: string): Promise<void> {
  await toTab(page, "坐席");
  await field(page, "案件号").fill(caseCode);
  await button(page, "查询").click();
  await shown(page.getByText("各方的记录"));
}
