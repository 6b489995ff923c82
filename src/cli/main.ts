import { program } from './program.ts';

// Nothing else happens here: `bin/breakwater.js` imports this file or runs it.
await program(process.argv.slice(2));
