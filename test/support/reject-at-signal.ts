// Loaded into a process before its program: at SIGUSR2 a promise is rejected that nobody waits for.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('nobody foresaw this'));
});
