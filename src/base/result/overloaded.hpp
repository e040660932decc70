// A visitor of a variant.
#pragma once

namespace stint {
/// A set of lambdas as one visitor of a variant.
template <class... Fs> struct Overloaded : Fs... { using Fs::operator()...; };
template <class... Fs> Overloaded(Fs...) -> Overloaded<Fs...>;
} // namespace stint
