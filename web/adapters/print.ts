/** Prints what stands in the page's `printed` element, and nothing else of it. */
export function printSheet(): void {
  window.print();
}
