public import ArgumentParser
public import Kernels

/// How a measurement is printed.
enum BenchFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

extension InstructionSet: ExpressibleByArgument {}
