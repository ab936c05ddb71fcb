/** Pieces that the settings of several kinds are made of. */
import * as z from 'zod';

/** RFC 9110, section 5.1 */
export const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'Write the name of an HTTP header, like X-Hook-Secret');

/** Of kinds that leave nothing to choose. */
export const NoSettings = z.strictObject({});
