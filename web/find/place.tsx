import type { Root } from "react-dom/client";
import { walletDeviceApi, walletSignInApi } from "#contracts/wallet-api";
import { pageCalls } from "../adapters/calls.ts";
import { random, timers } from "../adapters/machine.ts";
import { notebook } from "../adapters/notebook.ts";
import { passkey } from "../adapters/passkey.ts";
import { createLanguage } from "../text/language.tsx";
import { FindPage } from "./find-page.tsx";
import { createFind } from "./flow.ts";

/** Find, in any browser: what was lost is elsewhere. */
export function show(root: Root): void {
  const find = createFind({
    signIn: pageCalls(walletSignInApi, "/wallet"),
    deviceCalls: (accessToken, onSignedOut) => pageCalls(walletDeviceApi, "/wallet", accessToken, onSignedOut),
    passkey,
    random,
    timers,
  });
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  root.render(<FindPage find={find} language={language} />);
}
