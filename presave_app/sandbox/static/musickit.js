// A stand-in for MusicKit on the Web, written for the sandbox: the same names, nothing of Apple's code.
// It signs a fan in through a window of the sandbox and hands the page the Music User Token.
// https://js-cdn.music.apple.com/musickit/v3/docs/
"use strict";

(() => {
  const HOME = new URL("./", document.currentScript.src);
  const WINDOW = { name: "apple-music-service-view", features: "popup,width=650,height=650" };
  const LOOK_EVERY_MS = 200;
  const USUAL_STOREFRONT = "us";
  const ERROR_OF_STATUS = { 401: "UNAUTHORIZED_ERROR", 403: "ACCESS_DENIED", 404: "NOT_FOUND", 429: "QUOTA_EXCEEDED" };

  let instance;

  class MKError extends Error {
    constructor(errorCode, description) {
      super(description ? `${errorCode}: ${description}` : errorCode);
      this.name = "MKError";
      this.errorCode = errorCode;
      this.description = description;
    }
  }

  const errorOfStatus = (status) => (status >= 500 ? "SERVER_ERROR" : ERROR_OF_STATUS[status] || "REQUEST_ERROR");

  async function ask(path, developerToken, userToken, options = {}) {
    const headers = { Authorization: `Bearer ${developerToken}`, ...options.headers };
    if (userToken) headers["Music-User-Token"] = userToken;
    let answer;
    try {
      answer = await fetch(new URL(path, HOME), { ...options, headers, credentials: "omit" });
    } catch (cause) {
      throw new MKError("NETWORK_ERROR", cause.message);
    }
    if (!answer.ok) throw new MKError(errorOfStatus(answer.status), `answered ${answer.status}`);
    return answer;
  }

  class MusicKitInstance extends EventTarget {
    constructor(settings, facts) {
      super();
      this.app = settings.app;
      this.developerToken = settings.developerToken;
      this.musicUserToken = undefined;
      this.storefrontId = settings.storefrontId || USUAL_STOREFRONT;
      this.api = { music: (path, query, options) => this.#music(path, query, options) };
      this.#facts = facts;
    }

    #facts;

    get isAuthorized() {
      return this.musicUserToken !== undefined;
    }

    get storefrontCountryCode() {
      return this.storefrontId;
    }

    /** Opens the window at once, while the click still allows it; silent when the fan is signed in already. */
    authorize() {
      return this.isAuthorized ? Promise.resolve(this.musicUserToken) : this.#openWindow();
    }

    async unauthorize() {
      const token = this.musicUserToken;
      this.#forget();
      if (token) await ask("musickit/unauthorize", this.developerToken, token, { method: "POST" });
    }

    /** Takes up the sign-in of an earlier visit, if it still holds. */
    async restore() {
      const token = localStorage.getItem(this.#facts.storageKey);
      if (token && (await this.#readStorefront(token))) this.#remember(token);
      else localStorage.removeItem(this.#facts.storageKey);
    }

    #openWindow() {
      const thirdParty = {
        thirdPartyIconURL: this.app.icon || "",
        thirdPartyName: this.app.name,
        thirdPartyToken: this.developerToken,
      };
      const address = new URL("authorize/woa", HOME);
      address.search = new URLSearchParams({
        a: btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(thirdParty)))),
        referrer: location.href,
        app: "music",
        p: "subscribe",
      });
      const child = open(address, WINDOW.name, WINDOW.features);
      if (!child) return Promise.reject(new MKError("AUTHORIZATION_ERROR", "the browser blocked the window"));
      return this.#hear(child);
    }

    #hear(child) {
      return new Promise((resolve, reject) => {
        const end = (act) => {
          removeEventListener("message", hear);
          clearInterval(looking);
          act();
        };
        const refuse = (code, why) => end(() => reject(new MKError(code, why)));
        const hear = (event) => {
          if (event.origin !== HOME.origin || event.source !== child || event.data?.jsonrpc !== "2.0") return;
          const { method, params } = event.data;
          if (method === "authorize") end(() => resolve(this.#welcome(params[0])));
          if (method === "decline") refuse("AUTHORIZATION_ERROR", "the fan refused");
          if (method === "unavailable") refuse(params[0], "the window could not sign anybody in");
        };
        let wasClosed = false;
        const looking = setInterval(() => {
          // A message may still be on its way from a window that has just closed itself.
          if (wasClosed && this.#facts.closedWindow === "rejects") refuse("AUTHORIZATION_ERROR", "the window was closed");
          else if (wasClosed) end(() => {});
          wasClosed = child.closed;
        }, LOOK_EVERY_MS);
        addEventListener("message", hear);
      });
    }

    async #welcome(token) {
      await this.#readStorefront(token);
      this.#remember(token);
      return token;
    }

    /** Whether the token is not known to be dead; what a passing fault says of it is nothing. */
    async #readStorefront(token) {
      try {
        const answer = await ask("api/v1/me/storefront", this.developerToken, token);
        this.storefrontId = (await answer.json()).data[0].id;
      } catch (error) {
        return error.errorCode !== "ACCESS_DENIED";
      }
      return true;
    }

    #remember(token) {
      this.musicUserToken = token;
      localStorage.setItem(this.#facts.storageKey, token);
      this.#tell(3);
    }

    #forget() {
      this.musicUserToken = undefined;
      localStorage.removeItem(this.#facts.storageKey);
      this.#tell(0);
    }

    #tell(authorizationStatus) {
      const event = new Event("authorizationStatusDidChange");
      event.authorizationStatus = authorizationStatus;
      this.dispatchEvent(event);
    }

    async #music(path, query = {}, options = {}) {
      const address = new URL(`api${path}`, HOME);
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      const answer = await ask(address, this.developerToken, this.musicUserToken, options.fetchOptions);
      const text = await answer.text();
      return { data: text ? JSON.parse(text) : undefined, response: answer };
    }
  }

  /** Rejects when the developer token is not good on this page. */
  async function configure(settings) {
    if (!settings?.developerToken) throw new MKError("CONFIGURATION_ERROR", "developerToken is missing");
    if (!settings.app?.name) throw new MKError("CONFIGURATION_ERROR", "app.name is missing");
    const answer = await ask("musickit/configuration", settings.developerToken);
    const made = new MusicKitInstance(settings, await answer.json());
    await made.restore();
    instance = made;
    return instance;
  }

  globalThis.MusicKit = { configure, getInstance: () => instance, MKError, version: "3.0.0-sandbox" };
  document.dispatchEvent(new Event("musickitloaded"));
})();
