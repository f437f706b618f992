import { useCallback, useMemo } from "react";
import { queryOptions, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api";
import type { Catalogue, CatalogueProduct, Product } from "@/policy/catalogue";

// Products change when the operator registers another: once in a while is enough.
const staleTime = 600_000;

// Keys and answers are those of useAction, which other parts of a page may ask with.
const productsQuery = queryOptions({
  queryKey: ["hufu", "ListProducts", {}],
  queryFn: ({ signal }) => call("hufu", "ListProducts", {}, signal),
  staleTime,
});

function productQuery(service: string) {
  return queryOptions({
    queryKey: ["hufu", "DescribeProduct", { Service: service }],
    queryFn: ({ signal }): Promise<Product> => call("hufu", "DescribeProduct", { Service: service }, signal),
    staleTime,
  });
}

const noProducts: readonly CatalogueProduct[] = [];

function dataOf(results: readonly { data: Product | undefined }[]): (Product | undefined)[] {
  return results.map((result) => result.data);
}

/** All products by name, and everything about those of `services` that are known. */
export function useCatalogue(services: readonly string[]): Catalogue {
  const products = useQuery(productsQuery).data?.Products ?? noProducts;
  const wanted = services.filter((service) => products.some((product) => product.Service === service));
  const known = useQueries({
    queries: wanted.map((service) => productQuery(service)),
    combine: dataOf,
  });
  return useMemo(() => {
    const found = known.filter((product): product is Product => product !== undefined);
    return { products, known: new Map(found.map((product) => [product.Product.Service, product])) };
  }, [products, known]);
}

/** Fetches what is known of products, for completion. What cannot be had is left out. */
export function useCatalogueLoader(): (services: readonly string[]) => Promise<Catalogue> {
  const client = useQueryClient();
  return useCallback(
    async (services) => {
      const products = await client.ensureQueryData(productsQuery).then(({ Products }) => Products, () => noProducts);
      const wanted = services.filter((service) => products.some((product) => product.Service === service));
      const found = await Promise.all(wanted.map((service) => client.ensureQueryData(productQuery(service)).catch(() => undefined)));
      const known = new Map<string, Product>();
      for (const product of found) if (product) known.set(product.Product.Service, product);
      return { products, known };
    },
    [client],
  );
}
