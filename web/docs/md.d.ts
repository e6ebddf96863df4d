declare module "*.md" {
  const blocks: readonly import("./blocks.ts").Block[];
  export default blocks;
}
