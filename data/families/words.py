"""Common words to sort and to count, from A to Z, in lower case."""

from __future__ import annotations

WORDS: tuple[str, ...] = tuple(
    """
    acorn amber anchor apple apron arrow autumn badge bakery bamboo barley basin basket beacon bench
    berry blanket bottle branch bread bridge bronze brush bucket butter button cabin cable camera
    candle canoe canvas carpet castle cedar cellar chain chair cheese cherry chimney circle clock
    cloud coast copper corner cotton cradle crane cricket crown curtain desert dinner dollar dragon
    drawer eagle earth elbow engine envelope fabric feather fence fiddle finger flame flower forest
    fountain fox garden garlic ginger glass glove goat granite grass hammer harbour hat helmet hill
    honey horizon ink island ivory jacket jewel kettle key kitchen ladder lamp lantern leaf lemon
    letter lily marble meadow melon mirror monument morning mountain needle nest nickel oak oar
    ocean olive onion orchard oven owl paddle paper pebble pencil pepper pillow planet plate pocket
    pony puzzle quarry quilt rabbit rain ribbon river rocket rope saddle sail salt sandal school
    shadow silver sky snow spoon spring station stone summer sun table tailor tea temple thunder
    ticket timber tower train tulip tunnel turtle valley velvet village violin wagon walnut water
    wheel willow window winter wood
    """.split()  # noqa: SIM905 - two hundred strings are read more easily so
)
