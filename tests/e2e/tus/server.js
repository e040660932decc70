// The tus protocol's reference server over one directory. Its port, a free one, is the first line it prints; the second
// argument is how long an upload that is not finished is kept, in ms; the third, 'relative', has it name them so.
import {Server} from '@tus/server';
import {FileStore} from '@tus/file-store';

const [directory, keptFor, location] = process.argv.slice(2);
const server = new Server({
    path: '/files',
    datastore: new FileStore({directory, expirationPeriodInMilliseconds: Number(keptFor || 0)}),
    relativeLocation: location === 'relative',
});
const http = server.listen({host: '127.0.0.1', port: 0}, () => console.log(http.address().port));
