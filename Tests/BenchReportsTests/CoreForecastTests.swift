import BenchReports
import NN
import Testing

/// What `bench clip --cores` prints, of made-up measurements.
@Suite struct CoreForecastTests {
  private func layer(_ name: String, bytes: Int, _ loops: [[Double]]) -> LayerPieces {
    LayerPieces(
      layer: LayerReport(
        operation: name, algorithm: "direct", output: "1 x 1x1x1 x 1", macs: 1, bytes: bytes,
        seconds: loops.joined().reduce(0, +)),
      loops: loops)
  }

  private func forecast(barrier: Double = 0, bandwidth: Double = 1e12) -> CoreForecast {
    let eight = [Double](repeating: 0.01, count: 8)
    let cut = [layer("a", bytes: 1_000_000, [eight]), layer("b", bytes: 0, [[0.02, 0.02]])]
    let whole = [layer("a", bytes: 1_000_000, [[0.08]]), layer("b", bytes: 0, [[0.04]])]
    return CoreForecast(
      [(1, whole), (4, cut)], on: CoreForecast.Machine(barrier: barrier, bandwidth: bandwidth))
  }

  @Test func layersTakeWhatTheirPiecesTake() {
    // 8 pieces on 4 cores are two rounds, 2 pieces one.
    let seconds = forecast().seconds
    #expect(seconds.map(\.cores) == [1, 4])
    #expect(abs(seconds[0].seconds - 0.12) < 1e-12 && abs(seconds[1].seconds - 0.04 - 8e-7) < 1e-12, "\(seconds)")
  }

  @Test func barriersAndMemoryTakeTheirTime() {
    let slow = forecast(barrier: 1e-3, bandwidth: 2e7).seconds
    #expect(abs(slow[1].seconds - (0.05 + 0.02 + 1e-3 + 4e-7)) < 1e-9, "\(slow)")
    #expect(abs(slow[0].seconds - 0.12) < 1e-12, "one core waits for nobody, and its memory was measured")
  }

  @Test func layersWithFewPiecesAreNamed() {
    let text = forecast().text
    #expect(text.contains("layers that lose the most time on 4 cores"))
    let lines = text.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("b ") && $0.contains("few pieces") }, "\(text)")
    #expect(lines.contains { $0.hasPrefix("a ") && !$0.contains("few pieces") }, "\(text)")
    #expect(forecast(bandwidth: 2e7).text.contains("memory"))
  }
}
