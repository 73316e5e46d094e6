// Build configuration: Next.
const nextConfig = {
  env: {
    // ruleid: js-frontend-bundled
    STRIPE_SECRET_KEY: process.env.STRIPE_SECRET_KEY,
    // ok: js-frontend-bundled
    APP_NAME: process.env.APP_NAME,
  },
};

export default nextConfig;
