// Talking to the server: JSON both ways, one kind of error, the CSRF header where it is due.

/** What the server refused; `details` may name the `field` and the `rule`. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message || `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = body?.error_code ?? "";
    this.details = body?.details ?? {};
    this.requestId = body?.request_id ?? "";
  }
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/**
 * Ask the server and give the JSON body. `params` become the query string (empty ones are left
 * out); `signal` aborts. Throws ApiError, or the AbortError of the signal.
 */
export async function request(method, path, { params, body, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path + queryString(params), {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { message: "The server cannot be reached. Is the connection up?" });
  }
  return answer(response.status, await response.text());
}

/** A file as the server writes it for this media type, handed to the browser's downloads. */
export async function download(path, type, name) {
  const response = await fetch(path, { headers: { Accept: type }, credentials: "same-origin" });
  if (!response.ok) answer(response.status, await response.text());
  const address = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

/** Read an answer that may not be JSON, as when a proxy stands in between. */
export function answer(status, text) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = null;
  }
  if (status === 401) toLogin();
  if (status < 200 || status > 299) throw new ApiError(status, body);
  return body;
}

export function queryString(params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

function toLogin() {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login${queryString({ next: here })}`);
}

const one = encodeURIComponent;

export const api = {
  videos: (params, signal) => request("GET", "/api/videos", { params, signal }),
  video: (id, signal) => request("GET", `/api/videos/${one(id)}`, { signal }),
  history: (id, page, signal) =>
    request("GET", `/api/videos/${one(id)}/history`, { params: { page }, signal }),
  facets: () => request("GET", "/api/videos/facets"),
  update: (id, body) => request("POST", `/api/videos/${one(id)}/update`, { body }),
  bulkUpdate: (body, signal) => request("POST", "/api/videos/bulk-update", { body, signal }),
  audit: (params, signal) => request("GET", "/api/audit", { params, signal }),
  putBack: (id) => request("POST", `/api/audit/${one(id)}/rollback`, { body: {} }),
  batches: (params, signal) => request("GET", "/api/audit/batches", { params, signal }),
  batch: (id) => request("GET", `/api/audit/batches/${one(id)}`),
  cancelBatch: (id) => request("POST", `/api/audit/batches/${one(id)}/cancel`, { body: {} }),
  undoBatch: (id) => request("POST", `/api/audit/batches/${one(id)}/rollback`, { body: {} }),
  undoReport: (id) => request("POST", `/api/audit/reports/${one(id)}/rollback`, { body: {} }),
  channels: (search, signal) =>
    request("GET", "/api/channels", { params: { search, per_page: 20 }, signal }),
  allChannels: (params, signal) => request("GET", "/api/admin/channels", { params, signal }),
  updateChannel: (name, body) =>
    request("POST", `/api/admin/channels/${one(name)}/update`, { body }),
  hideChannel: (name, hidden) =>
    request("POST", `/api/admin/channels/${one(name)}/hide`, { body: { hidden } }),
  preferences: () => request("GET", "/api/me/preferences"),
  savePreferences: (body) => request("PUT", "/api/me/preferences", { body }),
  storedFiles: (params, signal) => request("GET", "/api/reports/s3-files", { params, signal }),
  process: (body) => request("POST", "/api/process-report", { body }),
  report: (id) => request("GET", `/api/process-status/${one(id)}`),
  reports: (params, signal) => request("GET", "/api/reports/history", { params, signal }),
  rejected: (id, params) => request("GET", `/api/reports/${one(id)}/errors`, { params }),
  rejectedFile: (id) =>
    download(`/api/reports/${one(id)}/errors`, "text/csv", `rejected_rows_${id}.csv`),
  cancel: (id) => request("POST", `/api/reports/${one(id)}/cancel`, { body: {} }),
  retry: (id) => request("POST", `/api/reports/${one(id)}/retry`, { body: {} }),
  syncStatus: (signal) => request("GET", "/api/sync/status", { signal }),
  syncTasks: (params, signal) => request("GET", "/api/sync/tasks", { params, signal }),
  retryTask: (id) => request("POST", `/api/sync/tasks/${one(id)}/retry`, { body: {} }),
  cancelTask: (id) => request("POST", `/api/sync/tasks/${one(id)}/cancel`, { body: {} }),
  retryFailed: (body) => request("POST", "/api/admin/sync/retry-failed", { body }),
  pauseSync: (paused) =>
    request("POST", `/api/admin/sync/${paused ? "pause" : "resume"}`, { body: {} }),
  syncAll: (body, signal) => request("POST", "/api/admin/sync/all", { body, signal }),
  syncVideo: (id, body) => request("POST", `/api/videos/${one(id)}/sync`, { body }),
  syncVideos: (body, signal) => request("POST", "/api/videos/sync", { body, signal }),
  pushVideo: (id, body, signal) =>
    request("POST", `/api/videos/${one(id)}/push`, { body, signal }),
  pushVideos: (body, signal) => request("POST", "/api/videos/push", { body, signal }),
  resolvePending: (id, field, body) =>
    request("POST", `/api/videos/${one(id)}/pending/${one(field)}/resolve`, { body }),
};
