/* Opens many WebSockets and meters what comes over them: who of tests/bench/fanout.py reads.
 *
 *   fanout_generator PORT PATH SOCKETS [--headers FILE] [--say TEXT] [--until TEXT] [--stalled K]
 *
 * Each socket sends one line of FILE as a header of its handshake (they take turns), then says TEXT, and is ready when a
 * frame holds the text of --until. The first K sockets read nothing once they are ready. When all are ready or gone:
 * {"ready", "gone"}. Then it takes a line at a time and answers each with a line:
 *
 *   begin            forget all counts                                          {"ready", "gone"}
 *   count            so far                                                     {"ready", "gone", "deliveries", "gaps",
 *                                                                                "doubled", "first_ns", "last_ns"}
 *   samples FILE     the same; for each delivery two uint32 to FILE: its seq, and the microseconds since its "t0="
 *
 * An event is a frame with "seq":N and "prev":M at its beginning: M must be the seq before it on that socket. It may
 * hold t0=N, nanoseconds of CLOCK_MONOTONIC. End of input ends the program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTING, SHAKING_HANDS, WAITING, READY, GONE };
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
enum { HEAD = 160, AT_ONCE = 64, BUFFER = 1 << 20, READ = 256 * 1024, MOST_HEADERS = 1024, MOST_SAMPLES = 1 << 23 };

typedef struct {
    int fd, state, number;
    int64_t seq;
    uint8_t *rest; /* the beginning of a frame whose end has not come yet */
    size_t rest_size, rest_room;
} Socket;

static Socket *sockets;
static int count, opened, opening, ready, gone, port, poll_fd, stalled;
static const char *path, *say, *until;
static char *headers[MOST_HEADERS];
static int header_count;
static uint64_t deliveries, gaps, doubled;
static int64_t first_ns, last_ns;
static uint32_t (*samples)[2];
static uint64_t sample_count;
static uint8_t buffer[BUFFER];

static void die(const char *what) { perror(what); exit(1); }

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void watch(Socket *s, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = s};
    if (epoll_ctl(poll_fd, operation, s->fd, &event) < 0) die("epoll_ctl");
}

static void drop(Socket *s)
{
    if (s->state == READY) ready--; else opening--;
    s->state = GONE;
    gone++;
    close(s->fd);
    free(s->rest);
    s->rest = NULL;
    s->rest_size = s->rest_room = 0;
}

static void become_ready(Socket *s)
{
    s->state = READY;
    opening--;
    ready++;
    if (s->number < stalled) watch(s, EPOLL_CTL_MOD, 0);
}

static void open_next(void)
{
    Socket *s = &sockets[opened];
    s->number = opened++;
    s->seq = -1;
    s->state = CONNECTING;
    opening++;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s->fd < 0) die("socket");
    int on = 1, small = 4096;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (s->number < stalled) setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(s->fd, (struct sockaddr *)&there, sizeof there) < 0 && errno != EINPROGRESS) { drop(s); return; }
    watch(s, EPOLL_CTL_ADD, EPOLLOUT);
}

static void write_all(Socket *s, const void *bytes, size_t size)
{
    if (write(s->fd, bytes, size) != (ssize_t)size) drop(s);
}

static void shake_hands(Socket *s)
{
    char request[8192];
    int size = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s\r\n",
        path, port, header_count ? headers[s->number % header_count] : "", header_count ? "\r\n" : "");
    s->state = SHAKING_HANDS;
    watch(s, EPOLL_CTL_MOD, EPOLLIN);
    write_all(s, request, size);
}

/* A client's frame is masked (RFC 6455, 5.3); with a mask of zeros the text stays as it is. */
static void send_frame(Socket *s, int opcode, const void *text, size_t size)
{
    uint8_t frame[256] = {0x80 | opcode, 0x80 | size};
    if (size > 125) { fprintf(stderr, "a frame to send is too long\n"); exit(1); }
    memcpy(frame + 6, text, size);
    write_all(s, frame, 6 + size);
}

static int64_t number_after(const uint8_t *text, size_t size, const char *name)
{
    const uint8_t *end = text + size, *at = memmem(text, size, name, strlen(name));
    if (!at) return -1;
    int64_t number = 0;
    for (at += strlen(name); at < end && *at >= '0' && *at <= '9'; at++) number = number * 10 + *at - '0';
    return number;
}

static void take_event(Socket *s, const uint8_t *text, size_t size, int64_t seq, int64_t before, int64_t at_ns)
{
    deliveries++;
    if (!first_ns) first_ns = at_ns;
    last_ns = at_ns;
    if (s->seq >= 0 && seq <= s->seq) doubled++;
    else if (s->seq >= 0 && before != s->seq) gaps++;
    s->seq = seq;
    if (sample_count == MOST_SAMPLES) return;
    int64_t begun = number_after(text, size, "t0=");
    if (begun < 0) return;
    samples[sample_count][0] = seq;
    samples[sample_count++][1] = at_ns > begun ? (at_ns - begun) / 1000 : 0;
}

static void take_text(Socket *s, const uint8_t *text, size_t size, int64_t at_ns)
{
    size_t head = size < HEAD ? size : HEAD;
    int64_t before = number_after(text, head, "\"prev\":"), seq = number_after(text, head, "\"seq\":");
    if (size == 1 && *text == '2') send_frame(s, TEXT, "3", 1); /* Engine.IO's own ping */
    else if (before >= 0) take_event(s, text, size, seq, before, at_ns);
    else if (s->state == WAITING && memmem(text, size, until, strlen(until))) {
        s->seq = seq;
        become_ready(s);
    }
}

static size_t take_frames(Socket *s, const uint8_t *bytes, size_t size, int64_t at_ns)
{
    size_t done = 0;
    while (size - done >= 2 && s->state != GONE) {
        const uint8_t *frame = bytes + done;
        size_t head = 2, length = frame[1] & 127;
        if (length == 126) { head = 4; if (size - done < head) break; length = frame[2] << 8 | frame[3]; }
        else if (length == 127) {
            head = 10;
            if (size - done < head) break;
            length = 0;
            for (int i = 2; i < 10; i++) length = length << 8 | frame[i];
        }
        if (size - done < head + length) break;
        int opcode = frame[0] & 15;
        if (opcode == TEXT) take_text(s, frame + head, length, at_ns);
        else if (opcode == PING) send_frame(s, PONG, frame + head, length);
        else if (opcode == CLOSE) drop(s);
        done += head + length;
    }
    return done;
}

static size_t end_of_handshake(Socket *s, const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memmem(bytes, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(bytes, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "no WebSocket: %.60s\n", bytes);
        drop(s);
        return size;
    }
    s->state = WAITING;
    if (say) send_frame(s, TEXT, say, strlen(say));
    if (!until) become_ready(s);
    return end + 4 - bytes;
}

static void read_some(Socket *s)
{
    if (s->rest_size) memcpy(buffer, s->rest, s->rest_size);
    ssize_t got = read(s->fd, buffer + s->rest_size, READ);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { drop(s); return; }
    int64_t at_ns = now_ns();
    size_t size = s->rest_size + got, done = 0;
    if (s->state == SHAKING_HANDS) done = end_of_handshake(s, buffer, size);
    if (s->state != SHAKING_HANDS && s->state != GONE) done += take_frames(s, buffer + done, size - done, at_ns);
    if (s->state == GONE) return;
    s->rest_size = size - done;
    if (s->rest_size > s->rest_room) {
        s->rest_room = 2 * s->rest_size;
        s->rest = realloc(s->rest, s->rest_room);
        if (!s->rest || s->rest_size > BUFFER - READ) die("a frame is too long");
    }
    if (s->rest_size) memcpy(s->rest, buffer + done, s->rest_size);
}

static void tell(void)
{
    printf("{\"ready\":%d,\"gone\":%d,\"deliveries\":%llu,\"gaps\":%llu,\"doubled\":%llu,\"first_ns\":%lld,\"last_ns\":%lld}\n",
        ready, gone, (unsigned long long)deliveries, (unsigned long long)gaps, (unsigned long long)doubled,
        (long long)first_ns, (long long)last_ns);
}

static void write_samples(const char *name)
{
    FILE *file = fopen(name, "w");
    if (!file || fwrite(samples, sizeof *samples, sample_count, file) != sample_count || fclose(file)) die(name);
}

static void obey(char *line)
{
    if (!strcmp(line, "begin")) { deliveries = gaps = doubled = sample_count = 0; first_ns = last_ns = 0; }
    else if (!strncmp(line, "samples ", 8)) write_samples(line + 8);
    tell();
}

static void read_commands(void)
{
    static char line[4096];
    static size_t size;
    ssize_t got = read(0, line + size, sizeof line - 1 - size);
    if (got <= 0) exit(0);
    size += got;
    for (char *end; (end = memchr(line, '\n', size)); memmove(line, end + 1, size)) {
        *end = 0;
        obey(line);
        size -= end + 1 - line;
    }
}

static void read_headers(const char *name)
{
    FILE *file = fopen(name, "r");
    char line[4096];
    if (!file) die(name);
    while (header_count < MOST_HEADERS && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        headers[header_count++] = strdup(line);
    }
    fclose(file);
}

static void read_arguments(int argc, char **argv)
{
    if (argc < 4) { fprintf(stderr, "fanout_generator PORT PATH SOCKETS [options]\n"); exit(2); }
    port = atoi(argv[1]);
    path = argv[2];
    count = atoi(argv[3]);
    for (int i = 4; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--headers")) read_headers(argv[i + 1]);
        else if (!strcmp(argv[i], "--say")) say = argv[i + 1];
        else if (!strcmp(argv[i], "--until")) until = argv[i + 1];
        else if (!strcmp(argv[i], "--stalled")) stalled = atoi(argv[i + 1]);
    }
}

static void handle(struct epoll_event *event)
{
    Socket *s = event->data.ptr;
    if (!s) read_commands();
    else if (s->state == CONNECTING && event->events & EPOLLOUT) shake_hands(s);
    else if (event->events & (EPOLLIN | EPOLLERR | EPOLLHUP) && s->state != GONE) {
        if (s->number < stalled && s->state == READY) drop(s); else read_some(s);
    }
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    struct rlimit limit = {count + 100, count + 100};
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("RLIMIT_NOFILE");
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sockets = calloc(count, sizeof *sockets);
    samples = malloc(sizeof *samples * MOST_SAMPLES);
    poll_fd = epoll_create1(0);
    struct epoll_event input = {.events = EPOLLIN}, events[512];
    if (!sockets || !samples || epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &input) < 0) die("begin");
    for (int told = 0;;) {
        while (opened < count && opening < AT_ONCE) open_next();
        if (!told && ready + gone == count) { tell(); told = 1; }
        int some = epoll_wait(poll_fd, events, 512, -1);
        for (int i = 0; i < some; i++) handle(&events[i]);
    }
}
