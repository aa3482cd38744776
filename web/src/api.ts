// Requests to prepd's JSON API. A failure is an ApiError whose message is fit to be shown.
import { say } from "./strings";

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number, // 0: no answer
    readonly field: string,
    readonly body: unknown,
  ) {
    super(message);
  }
}

interface ErrorBody {
  error?: { message?: string; field?: string };
}

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(say("noServer"), 0, "", null);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const error = (answer as ErrorBody | null)?.error;
  throw new ApiError(error?.message ?? `HTTP ${response.status}`, response.status, error?.field ?? "", answer);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
