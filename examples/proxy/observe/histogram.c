/* histogram.c - how many times took how long. */
#include "proxy/observe/histogram.h"

void histogram_add(struct histogram *h, uint64_t micros)
{
    size_t i = 0;

    while (i < HISTOGRAM_BOUNDS && micros > h->bounds[i])
        i++;
    h->counts[i]++;
    h->sum += micros;
}
