import module from 'node:module';
import { join } from 'node:path';

// Imported before the modules of the gateway. Node.js stores their compiled code in the folder of the bundle, and each later
// start is faster. Without permission to write there, nothing is stored. Source files are not cached.
if (import.meta.filename?.endsWith('.js')) module.enableCompileCache?.(join(import.meta.dirname, 'compile-cache'));
