/** Why a server could not listen, in words; any other failure as it came. */
export function listenFailure(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new Error(
    `端口 ${port} 已被占用：请停掉占用它的程序，或用 --port 换一个 / port ${port} is in use: stop what listens there, or choose another with --port`,
  );
}
