// Where to go after login: Express, Next, the browser.
const LANDING = { shop: "/shop", blog: "/blog" };

app.get("/login/done", (req: Request, res: Response) => {
  // ruleid: js-redirect
  res.redirect(req.query.returnTo as string);
  // ok: js-redirect
  res.redirect(LANDING[req.query.area as string]);
});

app.get("/login/safe", (req: Request, res: Response) => {
  const target = new URL(req.query.returnTo as string, BASE_URL);
  if (target.origin !== BASE_URL) {
    return res.redirect("/");
  }
  // ok: js-redirect
  res.redirect(target.pathname);
});

export async function GET(request: NextRequest) {
  const next = request.nextUrl.searchParams.get("next") ?? "/";
  // ruleid: js-redirect
  return NextResponse.redirect(next);
}

export async function POST(request: Request) {
  const { searchParams, origin } = new URL(request.url);
  const next = searchParams.get("next") ?? "/dashboard";
  // ok: js-redirect
  return NextResponse.redirect(`${origin}/welcome?next=${encodeURIComponent(next)}`);
}

export async function signIn(formData: FormData) {
  const target = formData.get("redirectTo") as string;
  // ruleid: js-redirect
  redirect(target);
}

export async function signInSafe(formData: FormData) {
  const target = formData.get("redirectTo") as string;
  if (!isSafePath(target)) {
    redirect("/");
  }
  // ok: js-redirect
  redirect(target);
}

export function AfterLogin() {
  const searchParams = useSearchParams();
  const next = searchParams.get("next");
  function leave() {
    // ruleid: js-redirect
    window.location.href = next;
  }
  function leaveSafe() {
    // ok: js-redirect
    window.location.href = `/app?next=${next}`;
  }
  return { leave, leaveSafe };
}

export function backToList(link: HTMLAnchorElement) {
  const current = new URLSearchParams(window.location.search);
  const target = new URL(link.href);
  target.search = current.toString();
  // ok: js-redirect
  window.location.href = target.toString();
}
