// Marks what libstint.so offers; all else in it stays hidden.
#pragma once
#define STINT_API __attribute__((visibility("default")))
