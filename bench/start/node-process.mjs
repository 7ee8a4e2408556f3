// node node-process.mjs: what Node itself takes, with nothing but a module that says so.
process.stdout.write(JSON.stringify({ rss: process.memoryUsage.rss() }));
