// A Next page whose parameter stands on a line of its own.
export default async function Page({
  children,
  // the part of the address
  params,
}: Props) {
  // ruleid: js-path
  const text = await fs.promises.readFile(`content/${params.slug}.md`, "utf8");
  // ok: js-path
  const menu = await fs.promises.readFile("content/menu.md", "utf8");
  return <Article text={text} menu={menu}>{children}</Article>;
}
