// Server-made pages: Hono and a Next route handler.
app.get("/card/:name", (c) => {
  const name = c.req.param("name");
  // ruleid: js-xss-response
  return c.html(`<article><h2>${name}</h2></article>`);
});

app.get("/card-safe/:name", (c) => {
  const name = c.req.param("name");
  // ok: js-xss-response
  return c.html(html`<article><h2>${name}</h2></article>`);
});

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const reason = searchParams.get("reason");
  // ruleid: js-xss-response
  return new Response(`<p>Payment failed: ${reason}</p>`, { headers: { "Content-Type": "text/html" } });
}

export async function HEAD(request: Request) {
  const { searchParams } = new URL(request.url);
  // ok: js-xss-response
  return new Response(`Payment failed: ${searchParams.get("reason")}`, { headers: { "Content-Type": "text/plain" } });
}
