// Build configuration: Vite.
export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, ".", "");
  return {
    plugins: [react()],
    define: {
      // ruleid: js-frontend-bundled
      "process.env.API_KEY": JSON.stringify(env.GEMINI_API_KEY),
      // ok: js-frontend-bundled
      "process.env.APP_VERSION": JSON.stringify(env.APP_VERSION),
    },
  };
});
