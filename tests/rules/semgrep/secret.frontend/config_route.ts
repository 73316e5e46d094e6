// Configuration routes and page props: Express and Next.
app.get("/config", (req, res) => {
  // ruleid: js-frontend-response
  res.json({ mapsKey: process.env.GOOGLE_API_KEY, region: process.env.REGION });
});

app.get("/config/safe", (req, res) => {
  // ok: js-frontend-response
  res.json({ stripe: process.env.STRIPE_PUBLISHABLE_KEY, mail: Boolean(process.env.SENDGRID_API_KEY) });
});

export async function GET() {
  const key = process.env.STRIPE_SECRET_KEY;
  const stripe = new Stripe(key);
  const session = await stripe.checkout.sessions.create({ mode: "payment" });
  // ok: js-frontend-response
  return NextResponse.json({ url: session.url });
}

export async function getServerSideProps() {
  // ruleid: js-frontend-response
  return { props: { supabaseKey: process.env.SUPABASE_SERVICE_ROLE_KEY } };
}
