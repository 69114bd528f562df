/** What went wrong. `code` is the gateway's, or one of `unreachable`, `timeout`, `bad_answer`, `invalid_option`. */
export class LacError extends Error {
  constructor(code, message, { status = 0, hint = null, retryAfter = null, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "LacError";
    this.code = code;
    this.status = status;
    this.hint = hint;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed later: no answer, a busy gateway, or too many calls. */
  get transient() {
    return this.status === 0 ? this.code !== "invalid_option" : this.status === 429 ? this.code !== "too_many_actions" : this.status >= 500;
  }

  /** A 404 about the path, not about a session or customer: an older gateway, or another server. No answer to what was asked. */
  get isUnknownPath() {
    return this.status === 404 && (this.code === "not_found" || this.code === "bad_answer");
  }
}
