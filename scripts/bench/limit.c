/*
 * The star of star.sh straight through netlink, without a program for each command: what the kernel itself needs.
 * usage: unshare --net --mount … ./limit N, with an empty /run/netns
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[4096];
static struct nlmsghdr *const message = (struct nlmsghdr *)buffer;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int netlink(void) {
  int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (sock < 0) die("socket");
  return sock;
}

/* Begins a message. */
static void *begin(int type, int flags, int size) {
  memset(buffer, 0, sizeof buffer);
  message->nlmsg_len = NLMSG_LENGTH(size);
  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  return NLMSG_DATA(message);
}

/* Adds an attribute; one without data may hold others, until close_nest(). */
static struct rtattr *add(int type, const void *data, int size) {
  struct rtattr *attribute = (struct rtattr *)(buffer + NLMSG_ALIGN(message->nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(size);
  if (size) memcpy(RTA_DATA(attribute), data, size);
  message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static void add_text(int type, const char *text) { add(type, text, strlen(text) + 1); }

static void close_nest(struct rtattr *nest) { nest->rta_len = buffer + message->nlmsg_len - (char *)nest; }

/* Sends the message and waits for the answer. */
static void commit(int sock, const char *what) {
  char answer[8192];
  send(sock, buffer, message->nlmsg_len, 0);
  recv(sock, answer, sizeof answer, 0);
  struct nlmsghdr *head = (struct nlmsghdr *)answer;
  int error = head->nlmsg_type == NLMSG_ERROR ? *(int *)NLMSG_DATA(head) : 0;
  if (error) {
    fprintf(stderr, "%s: %s\n", what, strerror(-error));
    exit(1);
  }
}

static void up(int sock, int index) {
  struct ifinfomsg *link = begin(RTM_NEWLINK, 0, sizeof *link);
  link->ifi_index = index;
  link->ifi_flags = link->ifi_change = IFF_UP;
  commit(sock, "up");
}

static void add_bridge(int sock, const char *name) {
  struct ifinfomsg *link = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof *link);
  link->ifi_flags = link->ifi_change = IFF_UP;
  add_text(IFLA_IFNAME, name);
  struct rtattr *info = add(IFLA_LINKINFO, 0, 0);
  add_text(IFLA_INFO_KIND, "bridge");
  close_nest(info);
  commit(sock, "bridge");
}

/* ip netns add: the new namespace is held by a mount on its name. Returns it. */
static int add_namespace(int home, int number) {
  char path[64];
  snprintf(path, sizeof path, "/run/netns/n%d", number);
  close(open(path, O_RDONLY | O_CREAT, 0));
  if (unshare(CLONE_NEWNET)) die("unshare");
  if (mount("/proc/thread-self/ns/net", path, "none", MS_BIND, 0)) die("mount");
  int inside = netlink();
  setns(home, CLONE_NEWNET);
  return inside;
}

static void add_cable(int sock, const char *name, int bridge, int netns) {
  struct ifinfomsg *link = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof *link);
  add_text(IFLA_IFNAME, name);
  add(IFLA_MASTER, &bridge, sizeof bridge);
  struct rtattr *info = add(IFLA_LINKINFO, 0, 0);
  add_text(IFLA_INFO_KIND, "veth");
  struct rtattr *data = add(IFLA_INFO_DATA, 0, 0);
  struct rtattr *peer = add(VETH_INFO_PEER, 0, 0);
  struct ifinfomsg *end = (struct ifinfomsg *)(buffer + message->nlmsg_len);
  message->nlmsg_len += sizeof *end;
  end->ifi_index = 2;
  add_text(IFLA_IFNAME, "eth0");
  add(IFLA_NET_NS_FD, &netns, sizeof netns);
  close_nest(peer);
  close_nest(data);
  close_nest(info);
  commit(sock, "veth");
}

static void add_address(int sock, int index, unsigned address) {
  struct ifaddrmsg *entry = begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *entry);
  entry->ifa_family = AF_INET;
  entry->ifa_prefixlen = 16;
  entry->ifa_index = index;
  add(IFA_LOCAL, &address, sizeof address);
  add(IFA_ADDRESS, &address, sizeof address);
  commit(sock, "address");
}

int main(int count, char **words) {
  if (count != 2) return 2;
  int sock = netlink();
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  add_bridge(sock, "br0");
  int bridge = if_nametoindex("br0");
  for (int i = 1; i <= atoi(words[1]); i++) {
    char path[64], port[IFNAMSIZ];
    snprintf(path, sizeof path, "/run/netns/n%d", i);
    snprintf(port, sizeof port, "p%d", i);
    int inside = add_namespace(home, i);
    int netns = open(path, O_RDONLY | O_CLOEXEC);
    add_cable(sock, port, bridge, netns);
    up(sock, if_nametoindex(port));
    add_address(inside, 2, htonl((10 << 24) | (1 << 16) | i));
    up(inside, 2);
    up(inside, 1);
    close(inside);
    close(netns);
  }
}
