/** A person who signed in, as the organisation's identity provider vouched for them. */

export interface Person {
  /** `issuer|sub`: stays the same when name and address change */
  readonly subject: string;
  readonly name: string;
  /** verified by the identity provider, lower case; else null */
  readonly email: string | null;
  /** as they were when the person signed in */
  readonly groups: readonly string[];
  readonly via: 'oidc' | 'access' | 'development';
}
