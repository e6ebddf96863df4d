declare const brand: unique symbol;
/** Gives a plain type a name the compiler tells apart; costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
