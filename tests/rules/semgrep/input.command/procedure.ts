// A tRPC procedure with everything on its own line.
export const render = procedure
  .input(z.object({ name: z.string() }))
  .mutation(
    // runs for a minute
    async ({ ctx: { user }, input }) => {
      // ruleid: js-command
      execSync("render " + input.name);
      // ok: js-command
      execFileSync("render", [user.id, input.name]);
    },
  );
