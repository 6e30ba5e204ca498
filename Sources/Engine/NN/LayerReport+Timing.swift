internal import Clocks

extension LayerReport {
  /// Runs a step that stands in no plan, such as one of a head, under the clock.
  ///
  /// - Parameters:
  ///   - output: The shape of what it makes.
  ///   - macs: Its multiply-adds.
  ///   - bytes: The bytes of all inputs, weights and outputs.
  public init(timing operation: String, output: String, macs: Int, bytes: Int, _ body: () throws -> Void) rethrows {
    let taken = try clocked(body)
    self.init(operation: operation, algorithm: "", output: output, macs: macs, bytes: bytes)
    seconds = taken
  }
}
