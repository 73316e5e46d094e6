// The callback of a Supabase login: a Next route handler.
export async function GET(request: Request) {
  const { searchParams, origin } = new URL(request.url);
  const next = searchParams.get("next") ?? "/";
  // ruleid: js-redirect
  return NextResponse.redirect(`${origin}${next}`);
}

export async function POST(request: Request) {
  const { searchParams, origin } = new URL(request.url);
  let next = searchParams.get("next") ?? "/";
  if (!next.startsWith("/")) {
    next = "/";
  }
  // ok: js-redirect
  return NextResponse.redirect(`${origin}${next}`);
}

export async function middleware(request: NextRequest) {
  const url = new URL(request.url);
  url.pathname = "/login";
  // ok: js-redirect
  return NextResponse.redirect(url);
}
