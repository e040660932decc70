// Marks the symbols that libstint.so offers; all others stay hidden.
#pragma once
#define STINT_API __attribute__((visibility("default")))
