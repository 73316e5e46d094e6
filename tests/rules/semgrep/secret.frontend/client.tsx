// Browser code: environment variables and SDKs.
// ruleid: js-frontend-env
const serviceKey = process.env.NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY;
// ok: js-frontend-env
const anonKey = process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY;
// ruleid: js-frontend-env
const modelKey = import.meta.env.VITE_OPENAI_API_KEY;
// ok: js-frontend-env
const siteKey = import.meta.env.VITE_RECAPTCHA_SITE_KEY;
// ok: js-frontend-env
const publishable = process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY;
// ok: js-frontend-env
const serverOnly = process.env.STRIPE_SECRET_KEY;

export function useModel() {
  // ruleid: js-frontend-bundled
  const client = new OpenAI({ apiKey: anonKey, dangerouslyAllowBrowser: true });
  // ok: js-frontend-bundled
  const server = new OpenAI({ apiKey: serverOnly });
  return { client, server, serviceKey, modelKey, siteKey, publishable };
}
