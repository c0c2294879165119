/** Where a service listens, and where its commands look for it, unless told otherwise. */
export const defaultHost = '127.0.0.1';
export const defaultPort = 7420;
