// The filter text on a line of its own.
export async function GET(request: Request) {
  const term = new URL(request.url).searchParams.get("q");
  return supabase
    .from("notes")
    .select("*")
    .filter(
      "title",
      "in",
      // ruleid: js-filter-built
      `(${term},draft)`,
    )
    // ok: js-filter-built
    .filter("title", "eq", `note ${term}`);
}
