declare module "smpp" {
  const smpp: {
    connect(options: { url: string }): unknown;
    createServer(listener: (session: never) => void): {
      listen(port: number, host: string, done?: () => void): void;
      close(done?: () => void): void;
    };
  };
  export default smpp;
}
