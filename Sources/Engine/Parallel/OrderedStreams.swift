internal import Glibc

/// Computes something of each element of a sequence, several elements side by side, and hands the outputs out in the order
/// of the elements.
///
/// A stream is a thread of its own that takes an element, computes, and takes the next; one stream alone is the caller's
/// thread. Streams run ahead of the caller by as many elements as there are streams. An error comes out of `next()` in the
/// place of its element, after all before it, and ends the sequence. Letting go of the value waits for the elements at hand.
public final class OrderedStreams<Element, Output>: @unchecked Sendable {
  /// Gives the next element with its number, counted from 0; nil ends the sequence. With several streams it is called by
  /// all of them at once.
  public typealias Source = () throws -> (number: Int, element: Element)?

  private let work: Work<Element, Output>
  private var threads: [pthread_t] = []

  /// - Parameters:
  ///   - count: How many streams there are, at least 1.
  ///   - body: What is computed of an element, told by which of the streams (0..<count).
  public init(_ count: Int, source: @escaping Source, body: @escaping (Element, _ stream: Int) throws -> Output) {
    work = Work(streams: count, source: source, body: body)
    if count == 1 { return }
    for stream in 0..<count {
      var thread = pthread_t()
      let work = work
      let start = Unmanaged.passRetained(Start { work.serve(stream) })
      let code = pthread_create(
        &thread, nil,
        { context in
          Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
          return nil
        }, start.toOpaque())
      if code != 0 { fatalError("a thread could not be started: error \(code)") }
      threads.append(thread)
    }
  }

  deinit {
    work.cancel()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Waits for the next output; nil after the last.
  public func next() throws -> Output? { try threads.isEmpty ? work.compute() : work.take() }
}

/// What a thread begins with.
private final class Start {
  let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }
}

/// What streams and caller share.
private final class Work<Element, Output>: @unchecked Sendable {
  private let source: OrderedStreams<Element, Output>.Source
  private let body: (Element, Int) throws -> Output
  /// How many elements may be taken and not handed out.
  private let room: Int
  private let gate = Gate()
  // All under the gate's lock:
  private var outputs: [Int: Result<Output, any Error>] = [:]
  private var taken = 0
  private var handedOut = 0
  private var running: Int
  private var isOver = false
  private var failure: (any Error)?

  init(
    streams: Int, source: @escaping OrderedStreams<Element, Output>.Source,
    body: @escaping (Element, Int) throws -> Output
  ) {
    self.source = source
    self.body = body
    room = 2 * streams
    running = streams
  }

  /// The caller's own stream.
  func compute() throws -> Output? { try source().map { try body($0.element, 0) } }

  /// A stream's life.
  func serve(_ stream: Int) {
    while enter() {
      do {
        guard let next = try source() else { break }
        let output = Result { try body(next.element, stream) }
        gate.change {
          outputs[next.number] = output
          if case .failure = output { isOver = true }
        }
      } catch {
        gate.change { failure = error }
        break
      }
    }
    gate.change {
      isOver = true
      running -= 1
    }
  }

  /// Waits for room; false where no more elements are wanted.
  private func enter() -> Bool {
    gate.lock()
    defer { gate.unlock() }
    while taken - handedOut >= room && !isOver { gate.waitLocked() }
    taken += 1
    return !isOver
  }

  func take() throws -> Output? {
    gate.lock()
    defer { gate.unlock() }
    while outputs[handedOut] == nil && running > 0 { gate.waitLocked() }
    guard let output = outputs[handedOut] else {
      if let failure { throw failure }
      return nil
    }
    // A failure stays where it is: it comes out again.
    if case .success = output {
      outputs[handedOut] = nil
      handedOut += 1
      gate.wakeAll()
    }
    return try output.get()
  }

  func cancel() { gate.change { isOver = true } }
}

extension Gate {
  /// Makes a change that others wait for. Without the lock.
  fileprivate func change(_ body: () -> Void) {
    lock()
    body()
    wakeAll()
    unlock()
  }
}
