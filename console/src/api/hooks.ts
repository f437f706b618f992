import { useMutation, useQuery, useQueryClient, QueryClient, type UseQueryResult } from "@tanstack/react-query";
import { ApiError, call, type Action, type In, type Out, type Service } from "./client";

/** Answers of the last moments are shown at once and asked for again; what is wrong by the caller's doing is not repeated. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
}

interface QueryOptions {
  /** Whether to ask at all, such as when a parameter is not known yet. */
  enabled?: boolean;
  /** Milliseconds between repetitions. */
  every?: number | false;
  /** Shows the answer to other parameters, such as the page before, until this one's is there. */
  keep?: boolean;
}

/** Asks an action that reads. Equal questions of several components are asked once. */
export function useAction<S extends Service, A extends Action<S>>(
  service: S,
  action: A,
  params: In<S, A>,
  options: QueryOptions = {},
): UseQueryResult<Out<S, A>, ApiError> {
  return useQuery<Out<S, A>, ApiError>({
    queryKey: [service, action, params],
    queryFn: ({ signal }) => call(service, action, params, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    ...(options.keep ? { placeholderData: (before: Out<S, A> | undefined) => before } : {}),
  } as Parameters<typeof useQuery<Out<S, A>, ApiError>>[0]);
}

interface ChangeOptions<O, I> {
  /** Actions whose answers the change makes old, as "cam.ListGroups"; all that are shown unless given. */
  touches?: readonly string[];
  onSuccess?: (out: O, params: I) => void;
}

/** An action that writes: `change.mutate(params)`. What is shown is asked for again before onSuccess. */
export function useChange<S extends Service, A extends Action<S>>(
  service: S,
  action: A,
  options: ChangeOptions<Out<S, A>, In<S, A>> = {},
) {
  const client = useQueryClient();
  return useMutation<Out<S, A>, ApiError, In<S, A>>({
    mutationFn: (params) => call(service, action, params),
    onSuccess: (out, params) => {
      refresh(client, options.touches);
      options.onSuccess?.(out, params);
    },
  });
}

/** Has answers asked for again: of the actions named, or of all. */
export function refresh(client: QueryClient, touches?: readonly string[]): void {
  if (!touches) {
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    return;
  }
  for (const name of touches) void client.invalidateQueries({ queryKey: name.split(".") });
}
