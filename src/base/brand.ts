/** A value of type `T` that only its own parser can make: a checked string or number with a name of its own. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
