#!/usr/bin/env node
import { ensureDependencies, runTypescript } from "./launch.mjs";

ensureDependencies();
runTypescript("app/main.ts", process.argv.slice(2));
