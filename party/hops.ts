import type { IssuerApi } from "#contracts/issuer-api";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import type { WalletTspApi } from "#contracts/wallet-api";
import type { HopStages } from "./witness.ts";

/*
 * Which calls leave facts of their hop, and at which stage. One table for both ends: a call that only its sender noted
 * would read as one that never arrived. Calls that change nothing and are asked again and again leave none, payments'
 * notices neither: they are no part of a journey that can stop.
 */

export const WALLET_TO_TSP: HopStages<TspWalletApi> = {
  checkEligibility: "eligibility",
  requestToken: "decision",
  chooseMethod: "verification",
  notMyNumber: "verification",
  sendCode: "verification",
  submitCode: "verification",
  openPush: "card",
  takePush: "card",
  personalise: "issue",
  changeToken: "issue",
};

export const TSP_TO_WALLET: HopStages<WalletTspApi> = {
  notifyBinding: "verification",
  notifyToken: "issue",
};

export const TSP_TO_ISSUER: HopStages<IssuerApi> = {
  publicKey: "eligibility",
  checkEligibility: "eligibility",
  decideBinding: "decision",
  chooseMethod: "verification",
  notMyNumber: "verification",
  sendCode: "verification",
  checkCode: "verification",
  notifyToken: "issue",
};

export const ISSUER_TO_TSP: HopStages<TspIssuerApi> = {
  activate: "verification",
  refuse: "verification",
  methodsChanged: "verification",
  recordChanged: "decision",
  changeToken: "issue",
};
