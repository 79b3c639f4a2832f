/* Holds many WebSocket connections and counts the bytes that come: a client so cheap that the server is what is measured.
 *
 * epoll_reader PORT COUNT HEADS: opens COUNT connections to 127.0.0.1:PORT, sending to each one of the requests in the
 * file HEADS (each ends with an empty line; used in turn), and says "open" when every one was answered 101. Then obeys
 * lines on standard input:
 *   reset         forget what was counted        -> "ok"
 *   count         what was counted               -> "<bytes> <connections still open>"
 *   wait BYTES    until so many have come        -> "<CLOCK_MONOTONIC in ns when the last of them came>"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 128
#define ROOM (256 * 1024)

static char buffer[ROOM];
static char **heads;
static int head_count, epoll_fd, port, wanted, started, answered, open_now;
static long long counted, target = -1;
static unsigned char *shaken; /* by descriptor: whether the answer's head has passed */

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static long long now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void read_heads(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != (size_t)size) fail(path);
    text[size] = 0;
    fclose(file);
    heads = calloc(wanted, sizeof *heads);
    for (char *end; head_count < wanted && (end = strstr(text, "\r\n\r\n")); text = end + 4)
        heads[head_count++] = strndup(text, end + 4 - text);
    if (!head_count) fail("no heads");
}

static void open_one(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) fail("socket");
    /* Ports of one address run out above some 28,000 connections: go on with the next. */
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001 + started / 20000)};
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
    int one = 1;
    setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
    if (bind(fd, (void *)&own, sizeof own) || connect(fd, (void *)&there, sizeof there)) fail("connect");
    const char *head = heads[started % head_count];
    if (write(fd, head, strlen(head)) != (ssize_t)strlen(head)) fail("write");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
    started++;
}

static void readable(int fd) {
    ssize_t got = recv(fd, buffer, ROOM, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        close(fd);
        open_now--;
        return;
    }
    if (!shaken[fd]) {
        if (got < 12 || memcmp(buffer, "HTTP/1.1 101", 12)) {
            fprintf(stderr, "refused: %.*s\n", (int)(got > 300 ? 300 : got), buffer);
            exit(1);
        }
        shaken[fd] = 1;
        answered++;
        open_now++;
        return; /* A greeting that came along is not counted: the caller resets before it counts. */
    }
    counted += got;
    if (target >= 0 && counted >= target) {
        printf("%lld\n", now_ns());
        target = -1;
    }
}

static int obey(void) {
    static char line[128];
    if (!fgets(line, sizeof line, stdin)) return 0;
    if (!strncmp(line, "reset", 5)) {
        counted = 0;
        puts("ok");
    } else if (!strncmp(line, "count", 5)) {
        printf("%lld %d\n", counted, open_now);
    } else if (!strncmp(line, "wait ", 5)) {
        target = atoll(line + 5);
        if (counted >= target) {
            printf("%lld\n", now_ns());
            target = -1;
        }
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    port = atoi(argv[1]);
    wanted = atoi(argv[2]);
    read_heads(argv[3]);
    setlinebuf(stdout);
    setvbuf(stdin, NULL, _IONBF, 0);
    epoll_fd = epoll_create1(0);
    shaken = calloc(wanted + 64, 1);
    struct epoll_event input = {.events = EPOLLIN, .data.fd = 0}, events[256];
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &input)) fail("stdin");
    for (int said = 0;;) {
        while (started < wanted && started - answered < WINDOW) open_one();
        if (!said && answered == wanted) {
            puts("open");
            said = 1;
        }
        int ready = epoll_wait(epoll_fd, events, 256, 1000);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd) readable(events[i].data.fd);
            else if (!obey()) return 0;
        }
    }
}
