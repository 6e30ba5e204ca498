internal import MicroKernels

/// The transforms around Winograd's products for one instruction set: see `MicroKernels`.
struct WinogradKernels: Sendable {
  typealias SpaceInput =
    @Sendable (
      _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
      _ output: UnsafeMutablePointer<Float>, _ step: Int
    ) -> Void
  typealias TimeInput =
    @Sendable (
      _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
    ) -> Void
  typealias SpaceOutput =
    @Sendable (
      _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
      _ target: WinogradStore
    ) -> Void
  typealias TimeOutput =
    @Sendable (_ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ target: WinogradStore) -> Void

  let spaceInput: SpaceInput
  let timeInput: TimeInput
  let spaceOutput: SpaceOutput
  let timeOutput: TimeOutput
}

/// The transforms of F(2 x 2, 3 x 3) between maps in bfloat16 and points of bfloat16.
struct WinogradPairKernels: Sendable {
  let input: WinogradKernels.TimeInput
  let output: WinogradKernels.TimeOutput
}

/// The transforms of weights in float32 for one instruction set: see `MicroKernels`.
struct WinogradWeightKernels: Sendable {
  /// Taps, numbers of a tap, the row or the pair of points, where they go, from a point to the next.
  typealias Transform =
    @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void

  let space: Transform
  let time: Transform
}
