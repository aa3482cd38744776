/* client.c - rounds of requests over a pool of idle connections; see client.h.
 *
 * `open` holds a round's connections; between rounds its first `kept` are the idle ones. */
#include "client.h"

#include <errno.h>
#include <stdlib.h>

struct client {
    struct client_options options;
    uint32_t next_address;
    size_t kept;
    struct connection open[];
};

struct client *client_new(const struct client_options *options)
{
    struct client *client = calloc(1, sizeof *client + options->parallel * sizeof *client->open);
    if (client)
        client->options = *options;
    return client;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    for (size_t i = 0; i < client->kept; i++)
        connection_close(&client->open[i], client->options.first, client->options.how);
    free(client);
}

static void count_failure(struct client_counts *counts, int error)
{
    if (error == -EADDRNOTAVAIL) {
        counts->no_port++;
        return;
    }
    counts->failed++;
    counts->last_error = error;
}

/* Opens one at open[*n] and counts it there. False: open no more. */
static bool open_one(struct client *client, size_t *n, struct client_counts *counts)
{
    const struct client_options *options = &client->options;
    uint32_t address = options->address + client->next_address;
    client->next_address = (client->next_address + 1) % options->addresses;
    struct connection *connection = &client->open[*n];
    int r = connection_open(options->listener, address, connection);
    if (r == 0) {
        counts->connections++;
        ++*n;
    } else {
        connection_close(connection, options->first, options->how);
        count_failure(counts, r);
    }
    return !options->connected || options->connected(options->data, connection->connect_ns, r);
}

void client_round(struct client *client, struct client_counts *counts)
{
    const struct client_options *options = &client->options;
    size_t n = client->kept;
    bool more = true;
    for (size_t i = client->kept; more && i < options->parallel; i++)
        more = open_one(client, &n, counts);
    for (size_t i = 0; i < n; i++) {
        int r = connection_request(&client->open[i]);
        if (r < 0)
            count_failure(counts, r);
        else
            counts->requests++;
    }
    if (counts->no_port == 0) {
        counts->whole_requests = counts->requests;
        counts->whole_connections = counts->connections;
    }
    client->kept = n < options->idle ? n : options->idle;
    for (size_t i = client->kept; i < n; i++)
        connection_close(&client->open[i], options->first, options->how);
}
