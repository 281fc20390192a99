// The process that evaluates, alone: what `holdfast evaluate` is in the product.

#include "server/evaluate/process.hpp"

int main() {
    return holdfast::evaluate::serve();
}
