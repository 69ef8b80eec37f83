;; The two inner loops of a search over vectors, 128 bits at a time. kernel.test.ts holds this text and kernel.wasm
;; together; after a change: npx wat2wasm db/index/vectors/kernel.wat -o db/index/vectors/kernel.wasm
(module
  (import "env" "memory" (memory 1))

  ;; out[i] = (step * sum of the table entries that code i picks + bias) * factors[i]
  ;; codes: blocks of 32 codes; in a block, for each four dimensions 16 bytes: byte j holds the four bits of code j in
  ;; its low half and those of code j + 16 in its high half. tables: for each four dimensions 16 entries of one byte.
  ;; Two entries must fit a byte, and the sum of `2 * pairs` of them 16 bits.
  (func (export "scan")
    (param $codes i32) (param $factors i32) (param $blocks i32) (param $pairs i32) (param $tables i32) (param $out i32)
    (param $step f32) (param $bias f32)
    (local $end i32) (local $left i32) (local $table i32) (local $even v128) (local $odd v128)
    (local $a v128) (local $b v128) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $steps v128) (local $biases v128) (local $low v128) (local $high v128) (local $half v128)
    (local.set $half (i8x16.splat (i32.const 15)))
    (local.set $steps (f32x4.splat (local.get $step)))
    (local.set $biases (f32x4.splat (local.get $bias)))
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $blocks) (i32.const 7))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $s0 (v128.const i64x2 0 0))
        (local.set $s1 (v128.const i64x2 0 0))
        (local.set $s2 (v128.const i64x2 0 0))
        (local.set $s3 (v128.const i64x2 0 0))
        (local.set $left (local.get $pairs))
        (local.set $table (local.get $tables))
        (loop $pair
          (local.set $even (v128.load (local.get $table)))
          (local.set $odd (v128.load offset=16 (local.get $table)))
          (local.set $a (v128.load (local.get $codes)))
          (local.set $b (v128.load offset=16 (local.get $codes)))
          (local.set $codes (i32.add (local.get $codes) (i32.const 32)))
          (local.set $table (i32.add (local.get $table) (i32.const 32)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (local.set $low
            (i8x16.add
              (i8x16.swizzle (local.get $even) (v128.and (local.get $a) (local.get $half)))
              (i8x16.swizzle (local.get $odd) (v128.and (local.get $b) (local.get $half)))))
          (local.set $high
            (i8x16.add
              (i8x16.swizzle (local.get $even) (i8x16.shr_u (local.get $a) (i32.const 4)))
              (i8x16.swizzle (local.get $odd) (i8x16.shr_u (local.get $b) (i32.const 4)))))
          (local.set $s0 (i16x8.add (local.get $s0) (i16x8.extend_low_i8x16_u (local.get $low))))
          (local.set $s1 (i16x8.add (local.get $s1) (i16x8.extend_high_i8x16_u (local.get $low))))
          (local.set $s2 (i16x8.add (local.get $s2) (i16x8.extend_low_i8x16_u (local.get $high))))
          (local.set $s3 (i16x8.add (local.get $s3) (i16x8.extend_high_i8x16_u (local.get $high))))
          (br_if $pair (local.get $left)))
        (v128.store (local.get $out)
          (f32x4.mul (v128.load (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $s0)))))))
        (v128.store offset=16 (local.get $out)
          (f32x4.mul (v128.load offset=16 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_high_i16x8_u (local.get $s0)))))))
        (v128.store offset=32 (local.get $out)
          (f32x4.mul (v128.load offset=32 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $s1)))))))
        (v128.store offset=48 (local.get $out)
          (f32x4.mul (v128.load offset=48 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_high_i16x8_u (local.get $s1)))))))
        (v128.store offset=64 (local.get $out)
          (f32x4.mul (v128.load offset=64 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $s2)))))))
        (v128.store offset=80 (local.get $out)
          (f32x4.mul (v128.load offset=80 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_high_i16x8_u (local.get $s2)))))))
        (v128.store offset=96 (local.get $out)
          (f32x4.mul (v128.load offset=96 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (local.get $s3)))))))
        (v128.store offset=112 (local.get $out)
          (f32x4.mul (v128.load offset=112 (local.get $factors))
            (f32x4.add (local.get $biases)
              (f32x4.mul (local.get $steps)
                (f32x4.convert_i32x4_u (i32x4.extend_high_i16x8_u (local.get $s3)))))))
        (local.set $factors (i32.add (local.get $factors) (i32.const 128)))
        (local.set $out (i32.add (local.get $out) (i32.const 128)))
        (br $next))))

  ;; out[i] = the dot product of the int8 vector number rows[i] and the int16 query, both of d (a multiple of 16).
  (func (export "dots")
    (param $vectors i32) (param $rows i32) (param $n i32) (param $d i32) (param $query i32) (param $out i32)
    (local $end i32) (local $at i32) (local $last i32) (local $q i32) (local $v v128) (local $acc v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $n) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $at
          (i32.add (local.get $vectors) (i32.mul (i32.load (local.get $rows)) (local.get $d))))
        (local.set $last (i32.add (local.get $at) (local.get $d)))
        (local.set $q (local.get $query))
        (local.set $acc (v128.const i64x2 0 0))
        (loop $part
          (local.set $v (v128.load (local.get $at)))
          (local.set $acc
            (i32x4.add (local.get $acc)
              (i32x4.add
                (i32x4.dot_i16x8_s
                  (i16x8.extend_low_i8x16_s (local.get $v)) (v128.load (local.get $q)))
                (i32x4.dot_i16x8_s
                  (i16x8.extend_high_i8x16_s (local.get $v)) (v128.load offset=16 (local.get $q))))))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $part (i32.lt_u (local.get $at) (local.get $last))))
        (i32.store (local.get $out) (call $sum (local.get $acc)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $next))))

  (func $sum (param $v v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $v)) (i32x4.extract_lane 1 (local.get $v)))
      (i32.add (i32x4.extract_lane 2 (local.get $v)) (i32x4.extract_lane 3 (local.get $v))))))
