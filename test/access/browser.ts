/** As much of a browser as a sign-in needs: cookies by host, redirects, forms, and the header that refreshes. */

export interface Shown {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export interface Browser {
  readonly open: (url: string) => Promise<Shown>;
  /** sends the first form of a page, with these fields besides its hidden ones */
  readonly submit: (page: Shown, fields?: Record<string, string>) => Promise<Shown>;
  /** addresses on the way to the page that is shown */
  readonly trail: string[];
  readonly cookies: Map<string, Map<string, string>>;
}

const MOST_HOPS = 10;

const hiddenIn = (text: string): [string, string][] =>
  [...text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
    /name="([^"]*)"/.exec(input)?.[1] ?? '',
    /value="([^"]*)"/.exec(input)?.[1] ?? '',
  ]);

export const browser = (): Browser => {
  const cookies = new Map<string, Map<string, string>>();
  const trail: string[] = [];

  const keep = (host: string, response: Response): void => {
    const jar = cookies.get(host) ?? new Map<string, string>();
    cookies.set(host, jar);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const isGone = value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line);
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
  };

  const ask = async (url: string, init: RequestInit, hops = 0): Promise<Shown> => {
    const { host } = new URL(url);
    const headers = new Headers(init.headers);
    const jar = [...(cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`);
    headers.set('Cookie', jar.join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    keep(host, response);
    trail.push(url);
    const to =
      response.headers.get('Location') ?? /url=(.*)$/.exec(response.headers.get('Refresh') ?? '')?.[1];
    if (to === undefined) {
      return { url, status: response.status, text: await response.text(), headers: response.headers };
    }
    await response.arrayBuffer();
    if (hops === MOST_HOPS) throw new Error(`${url} leads on and on.`);
    return ask(new URL(to, url).href, {}, hops + 1);
  };

  return {
    cookies,
    trail,
    open: (url) => {
      trail.length = 0;
      return ask(url, {});
    },
    submit: ({ url, text }, fields = {}) => {
      trail.length = 0;
      const action = new URL(/<form[^>]*action="([^"]*)"/.exec(text)?.[1] ?? '', url);
      const body = new URLSearchParams([...hiddenIn(text), ...Object.entries(fields)]);
      return ask(action.href, { method: 'POST', body, headers: { Origin: action.origin } });
    },
  };
};
