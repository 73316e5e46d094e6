// Invoices: Next route handlers with Prisma, Drizzle and Supabase.
export async function POST(request: NextRequest) {
  const { customer, column } = await request.json();
  // ruleid: js-sql-built
  const rows = await prisma.$queryRawUnsafe(`SELECT * FROM invoices WHERE customer = '${customer}'`);
  // ok: js-sql-built
  const same = await prisma.$queryRaw`SELECT * FROM invoices WHERE customer = ${customer}`;
  if (!["paid", "sent"].includes(column)) {
    return NextResponse.json({ error: "unknown column" }, { status: 400 });
  }
  // ok: js-sql-built
  const counted = await prisma.$queryRawUnsafe(`SELECT count(*) FROM invoices WHERE ${column} IS NOT NULL`);
  return NextResponse.json({ rows, same, counted });
}

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const term = searchParams.get("q") ?? "";
  // ruleid: js-sql-built
  const listed = await db.execute(sql.raw(`SELECT * FROM invoices WHERE title ILIKE '%${term}%'`));
  // ruleid: js-filter-built
  const { data } = await supabase.from("invoices").select("*").or(`title.ilike.%${term}%,notes.ilike.%${term}%`);
  // ok: js-filter-built
  const { data: titles } = await supabase.from("invoices").select("*").ilike("title", `%${term}%`);
  return NextResponse.json({ listed, data, titles });
}

export async function search(formData: FormData) {
  const term = formData.get("q") as string;
  const quoted = `"${term.replace(/["\\]/g, "\\$&")}"`;
  // ok: js-filter-built
  return supabase.from("invoices").select("*").or(`title.ilike.${quoted},notes.ilike.${quoted}`);
}

export async function removeDraft(formData: FormData) {
  // ruleid: js-sql-built
  await pool.query("DELETE FROM drafts WHERE slug = '" + formData.get("slug") + "'");
  // ok: js-sql-built
  await pool.query("DELETE FROM drafts WHERE slug = $1", [formData.get("slug")]);
}

export default async function Page({ searchParams }: { searchParams: { id: string } }) {
  // ruleid: js-sql-built
  const page = await pool.query(`SELECT body FROM pages WHERE id = ${searchParams.id}`);
  return page.rows[0].body;
}

export const posts = router({
  byName: procedure.input(z.object({ name: z.string() })).query(async ({ ctx, input }) => {
    // ruleid: js-sql-built
    const found = await ctx.db.$queryRawUnsafe(`SELECT * FROM posts WHERE name = '${input.name}'`);
    // ok: js-sql-built
    const same = await ctx.db.$queryRawUnsafe("SELECT * FROM posts WHERE name = $1", input.name);
    return [found, same];
  }),
});
