/** What tests in workerd are bound to (vitest.config.ts), and the Worker that they call. */
import type { D1Migration } from 'cloudflare:test';
import type { Bindings } from '../src/storage/bindings.ts';

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {
      readonly MIGRATIONS: D1Migration[];
    }
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts');
    }
  }
}
