internal import Kernels
internal import Tensors

/// Maps of one extent with their channels side by side.
struct Concatenation: Operator {
  var name: String { "concatenate" }
  var aliasing: Aliasing { .joinsInputs }

  var passesIntegers: Bool { true }

  func scales(of inputs: [ChannelScales]) -> ChannelScales? {
    guard inputs.allSatisfy({ $0.zero == inputs[0].zero }) else { return nil }
    return ChannelScales(inputs.flatMap(\.values), zero: inputs[0].zero)
  }

  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat {
    inputs.allSatisfy { $0 == .bfloat16 } ? .bfloat16 : .float32
  }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let first = inputs[0]
    guard inputs.allSatisfy({ $0.extent == first.extent && $0.batch == first.batch }) else {
      throw .unequal(maps: inputs.map(\.extent.description))
    }
    return ValueShape(batch: first.batch, extent: first.extent, channels: inputs.reduce(0) { $0 + $1.channels })
  }

  /// Copies the parts that were not written in place.
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    var channel = 0
    for part in inputs {
      if part.format != output.format {
        copy(part, into: output, at: channel)
      } else {
        let first = channel * output.format.bytes / 4
        let isPlaced = part.offset == output.offset + first && part.pitch == output.pitch
        for position in 0..<output.positions where !isPlaced {
          (output.start + position * output.pitch + first).update(
            from: part.start + position * part.pitch, count: part.floats)
        }
      }
      channel += part.channels
    }
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    var channel = 0
    for part in inputs {
      copy(part, into: output, at: channel)
      channel += part.channels
    }
  }

  private func copy(_ part: FeatureMap, into output: FeatureMap, at first: Int) {
    for position in 0..<output.positions {
      for c in 0..<part.channels {
        output.set(part.value(position: position, channel: c), position: position, channel: first + c)
      }
    }
  }
}

extension Network {
  /// Puts channels side by side.
  public mutating func concatenate(_ values: [Value]) -> Value { add(Concatenation(), values) }
}
