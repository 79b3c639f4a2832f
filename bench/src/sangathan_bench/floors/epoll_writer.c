/* The floor: the least a server can do to say the same frame to everybody, one write each, with epoll and no checks.
 *
 * epoll_writer PORT ROOM: listens on 127.0.0.1:PORT for at most ROOM connections, answers each request head with 101.
 * A line "COUNT SIZE" on standard input says a text frame of SIZE bytes, COUNT times, to every connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGEST 65536

struct client {
    int fd;
    long long owed; /* bytes of this round not yet written */
};

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
static char frame[LARGEST], scratch[4096];
static struct client *clients;
static int *place; /* by descriptor: index in clients, or -1 */
static int client_count, epoll_fd, listener, room, size;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int fd, unsigned events, int how) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll_fd, how, fd, &event)) fail("epoll_ctl");
}

/* Writes what is owed; what the kernel does not take waits for EPOLLOUT. */
static void flush(struct client *client) {
    int waited = 0;
    while (client->owed) {
        int offset = (int)((size - client->owed % size) % size);
        ssize_t sent = send(client->fd, frame + offset, size - offset, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) client->owed = 0;
            else waited = 1;
            break;
        }
        client->owed -= sent;
    }
    if (waited) watch(client->fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void accept_all(void) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (client_count == room) fail("too many");
        place[fd] = -1;
        watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static void readable(int fd) {
    ssize_t got = recv(fd, scratch, sizeof scratch, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        close(fd);
        if (place[fd] >= 0) {
            clients[place[fd]] = clients[--client_count];
            place[clients[place[fd]].fd] = place[fd];
        }
        return;
    }
    if (place[fd] < 0) {
        if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) return;
        place[fd] = client_count;
        clients[client_count++] = (struct client){.fd = fd};
    }
}

static void handle(const struct epoll_event *event) {
    int fd = event->data.fd;
    if (fd == listener) {
        accept_all();
        return;
    }
    if (event->events & EPOLLOUT) {
        watch(fd, EPOLLIN, EPOLL_CTL_MOD);
        flush(&clients[place[fd]]);
    }
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(fd);
}

static void turn(int timeout);

static void say(int count) {
    frame[0] = (char)0x81;
    frame[1] = 126;
    frame[2] = (char)((size - 4) >> 8);
    frame[3] = (char)(size - 4);
    memset(frame + 4, 'x', size - 4);
    for (int n = 0; n < count; n++) {
        for (int i = 0; i < client_count; i++) {
            int waiting = clients[i].owed > 0;
            clients[i].owed += size;
            if (!waiting) flush(&clients[i]);
        }
        turn(0);
    }
}

static void turn(int timeout) {
    static int saying;
    struct epoll_event events[512];
    int ready = epoll_wait(epoll_fd, events, 512, timeout);
    for (int i = 0; i < ready; i++) {
        if (events[i].data.fd) {
            handle(&events[i]);
        } else if (!saying) {
            int count;
            char line[64];
            if (!fgets(line, sizeof line, stdin) || sscanf(line, "%d %d", &count, &size) != 2) exit(0);
            if (size < 130 || size > LARGEST) fail("size");
            saying = 1;
            say(count);
            saying = 0;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    room = atoi(argv[2]);
    clients = calloc(room, sizeof *clients);
    place = calloc(room + 64, sizeof *place);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(0x7f000001)};
    int one = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&own, sizeof own) || listen(listener, 4096)) fail("listen");
    setvbuf(stdin, NULL, _IONBF, 0);
    epoll_fd = epoll_create1(0);
    watch(listener, EPOLLIN, EPOLL_CTL_ADD);
    watch(0, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) turn(-1);
}
