/** Reads lists page by page. */
import * as z from 'zod';
import { pageOf } from './answers.ts';
import { askApi, type Api, type Query } from './api.ts';

const MOST_PER_PAGE = 200;

export interface ListQuery<T extends z.ZodType> {
  readonly item: T;
  readonly query?: Query;
  /** how many at most; all without it */
  readonly limit?: number;
}

/** A page may be short, even empty, while there is more: only the cursor tells. */
export const readList = async <T extends z.ZodType>(
  api: Api,
  path: string,
  { item, query = {}, limit = Infinity }: ListQuery<T>,
): Promise<z.output<T>[]> => {
  const items: z.output<T>[] = [];
  let cursor: string | undefined;
  do {
    const left = Math.min(MOST_PER_PAGE, limit - items.length);
    const page = await askApi(api, path, {
      query: { ...query, limit: String(left), cursor },
      gives: pageOf(item),
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  return items.slice(0, limit);
};

/** A list that comes as one page always. */
export const readWhole = async <T extends z.ZodType>(
  api: Api,
  path: string,
  item: T,
): Promise<z.output<T>[]> => (await askApi(api, path, { gives: pageOf(item) })).items;
